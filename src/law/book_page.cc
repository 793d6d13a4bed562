#include "law/book_page.h"

namespace heng::law {

const std::string_view kBookStyle = R"css(
:root{color-scheme:light dark;--ink:#1d2430;--soft:#5a6472;--paper:#fcfcfa;--line:#d9dcd6;--accent:#1f5f8b;--bar:#7fa9c4;--plus:#cfe0ea;--warn:#b3641b}
@media (prefers-color-scheme:dark){:root{--ink:#e6e8ea;--soft:#a2abb5;--paper:#16191d;--line:#343a42;--accent:#7fb6dc;--bar:#3f7196;--plus:#2a4252;--warn:#e0994d}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.6 system-ui,"Noto Sans CJK SC","PingFang SC","Microsoft YaHei",sans-serif}
header,main,footer{max-width:72rem;margin:0 auto;padding:1rem 1.25rem}
h1{font-size:1.7rem;margin:.5rem 0 0}h2{font-size:1.3rem;margin:2.5rem 0 .5rem;border-bottom:2px solid var(--line);padding-bottom:.25rem}h3{font-size:1.12rem;margin:1.8rem 0 .2rem;color:var(--soft)}h4{font-size:1.08rem;margin:0}
a{color:var(--accent)}
.bar{position:sticky;top:0;background:var(--paper);border-bottom:1px solid var(--line);z-index:1}
.bar div{max-width:72rem;margin:0 auto;padding:.5rem 1.25rem;display:flex;gap:.75rem;flex-wrap:wrap;align-items:center}
input[type=search]{flex:1 1 16rem;font:inherit;padding:.35rem .6rem;border:1px solid var(--line);border-radius:4px;background:transparent;color:inherit}
button{font:inherit;padding:.3rem .8rem;border:1px solid var(--line);border-radius:4px;background:transparent;color:inherit;cursor:pointer}
button[aria-pressed=true]{border-color:var(--accent);color:var(--accent);font-weight:600}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
article{display:grid;grid-template-columns:15rem 1fr;gap:0 1.5rem;padding:1rem 0;border-bottom:1px solid var(--line)}
@media (max-width:48rem){article{grid-template-columns:1fr}}
aside{font-size:.88rem;color:var(--soft)}aside ul{list-style:none;margin:0;padding:0}aside li{margin-bottom:.3rem}
code{font-family:ui-monospace,"DejaVu Sans Mono",monospace;font-size:.86em}
.id{color:var(--soft);font-size:.85rem}.badge{display:inline-block;border:1px solid var(--line);border-radius:3px;padding:0 .4rem;margin-left:.5rem;font-size:.78rem;color:var(--soft)}
.critical{color:#b02a30;border-color:currentColor}.high{color:var(--warn);border-color:currentColor}
dl{display:grid;grid-template-columns:8.5rem 1fr;gap:.15rem .75rem;margin:.6rem 0}dt{color:var(--soft)}dd{margin:0}dd ul{margin:0;padding-left:1.1rem}
article>div{min-width:0}.doc{color:var(--soft);margin:.3rem 0}
.timeline{max-width:44rem;margin:.5rem 0 .7rem}.timeline ol,.legend{list-style:none;margin:0;padding:0}.timeline li{margin:0 0 .3rem}
.timeline .track{display:block;position:relative;height:.6rem;border-left:1px solid var(--soft);border-bottom:1px solid var(--line)}
.track i{position:absolute;top:0;bottom:0;min-width:3px;box-sizing:border-box;border-radius:0 2px 2px 0}
.base i{background:var(--bar)}.other i{background:var(--plus);border:1px solid var(--bar)}.plus i{background:var(--plus);border:1px dashed var(--bar)}
.minus i{border:1px dashed var(--warn)}.open i{background:linear-gradient(90deg,var(--bar),transparent);border:1px dashed var(--bar)}
.scale{position:relative;height:1.5rem;font-size:.82rem;color:var(--soft)}.scale span{position:absolute;transform:translateX(-50%);white-space:nowrap}
.scale .last{transform:translateX(-100%)}.scale b{position:absolute;top:-.35rem;transform:translateX(-50%);font-size:.6rem;color:var(--warn)}
.legend{display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;font-size:.82rem;color:var(--soft);margin-top:1rem}.legend .track{display:inline-block;position:relative;width:2rem;height:.6rem;margin-right:.4rem}
.legend .track i{left:0;right:0}.legend b{color:var(--warn);font-size:.7rem}
nav>ul{padding-left:1.1rem}nav ul ul{display:flex;flex-wrap:wrap;gap:0 1rem;list-style:none;padding:0;font-size:.9rem}.number{color:var(--soft);font-size:.85rem}
article:target{background:color-mix(in srgb,var(--plus) 30%,transparent)}article,h2,h3{scroll-margin-top:4rem}
details{margin:.4rem 0}summary{cursor:pointer;color:var(--accent)}
pre{overflow-x:auto;background:color-mix(in srgb,var(--line) 35%,transparent);padding:.6rem;border-radius:4px;font-size:.82rem;margin:.4rem 0}
table{border-collapse:collapse;width:100%;font-size:.92rem}td,th{text-align:left;vertical-align:top;padding:.25rem .6rem .25rem 0;border-bottom:1px solid var(--line)}th{width:30%}td code{overflow-wrap:anywhere}
:lang(zh-Hans) code{margin:0 .15em}
body.zh .en,body.en .zh{display:none}.hidden{display:none}
@media (max-width:30rem){dl{grid-template-columns:1fr}dt{margin-top:.3rem}}
@media print{.bar{position:static}button,input{display:none}article{break-inside:avoid}}
)css";

const std::string_view kBookScript = R"js(
(function(){
  var search=document.getElementById('search'),count=document.getElementById('count');
  var items=[].slice.call(document.querySelectorAll('article'));
  var texts=items.map(function(a){return a.textContent.toLowerCase();});
  function filter(){
    var words=search.value.toLowerCase().split(/\s+/).filter(Boolean),shown=0;
    items.forEach(function(a,i){
      var hit=words.every(function(w){return texts[i].indexOf(w)>=0;});
      a.classList.toggle('hidden',!hit);if(hit)shown++;
    });
    document.querySelectorAll('section').forEach(function(s){
      s.classList.toggle('hidden',words.length>0&&!s.querySelector('article:not(.hidden)'));
    });
    document.querySelectorAll('section h3').forEach(function(h){
      var next=h.nextElementSibling,some=false;
      for(;next&&next.tagName==='ARTICLE';next=next.nextElementSibling)some=some||!next.classList.contains('hidden');
      h.classList.toggle('hidden',!some);
    });
    count.textContent=shown+' / '+items.length;
  }
  function speak(lang){
    document.body.className=lang;document.documentElement.lang=lang==='zh'?'zh-Hans':'en';
    document.querySelectorAll('button[data-lang]').forEach(function(b){
      b.setAttribute('aria-pressed',String(b.dataset.lang===lang));
    });
  }
  search.addEventListener('input',filter);
  // A link into what the search has hidden shows everything again.
  window.addEventListener('hashchange',function(){
    var target=document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if(target&&target.closest('.hidden')){search.value='';filter();target.scrollIntoView();}
  });
  document.querySelectorAll('button[data-lang]').forEach(function(b){
    b.addEventListener('click',function(){speak(b.dataset.lang);});
  });
  filter();
})();
)js";

}  // namespace heng::law
